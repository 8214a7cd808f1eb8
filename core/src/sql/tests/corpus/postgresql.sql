SELECT "id", u."name" FROM "public"."users" u WHERE "id" = $1 AND tag = ANY($2::text[]) AND name = E'it\'s §' AND path = 'C:\'

SELECT data #>> '{§,§}', data -> '§' ->> ¤, data @> '{"§": ¤}', data ? '§', data ?| ARRAY['§', '§'], data #- '{§}' FROM t

DO $$ BEGIN PERFORM '§'; EXECUTE $q$ SELECT ¤ $q$; END $$

SELECT $tag$ § ' $tag $ $$ $tag$, $ä$ § $ä$, U&'d\0061t§' UESCAPE '!', B'¤', x'§', U&"name"

SELECT * FROM t WHERE id IN ($1::uuid, $2::uuid) AND b IN ('§'::text, '§'::text) AND c IN (CAST('§' AS kind), CAST('§' AS kind))

SELECT /* a /* nested § ' */ § " */ a[¤], a[¤:¤], ARRAY[[¤, ¤], [¤, ¤]], '§'::date - INTERVAL '§ days', a # ¤, a #¤ FROM t

SELECT E'§\\', E'a'
  'it\'s §' AS x, 'b'
  '§', TIMESTAMP WITH TIME ZONE '§', INTERVAL '§' YEAR, a - -¤, a -¤, a@-¤, |/ ¤, @ ¤

INSERT INTO "cake" ("name", "eaten") VALUES ($1, '§') ON CONFLICT ("name") DO UPDATE SET "eaten" = "excluded"."eaten" || '§' RETURNING "id"

COPY t (a, b) FROM STDIN WITH (DELIMITER '§', NULL '§'); SET search_path TO '§'; NOTIFY chan, '§'
