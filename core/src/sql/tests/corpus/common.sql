SELECT a, b AS c FROM t WHERE a = '§' AND b = ¤ AND c LIKE '%§%' ORDER BY a DESC LIMIT ¤ OFFSET ¤

SELECT o.id, o.total FROM orders AS o JOIN customers c ON c.id = o.customer_id WHERE c.email = '§' AND o.total > ¤.5e3

INSERT INTO t (a, b, c) VALUES (¤, '§', ¤.25), (¤, 'it''s §', -¤)

UPDATE t SET a = '§', b = b + ¤ WHERE id IN (¤, ¤, ¤) AND name <> '§''§'

DELETE FROM t WHERE id = ¤ OR (a, b) IN ((¤, '§'), (¤, '§'))

WITH recent AS (SELECT id FROM orders WHERE placed > DATE '§'), old (x) AS (SELECT ¤) SELECT * FROM recent, old WHERE x = '§'

SELECT CASE WHEN a > ¤ THEN '§' ELSE '§' END, CAST('§' AS text), f(¤, '§', ?) FROM t -- § it's ¤
WHERE b BETWEEN ¤ AND ¤ /* § " ' */ AND c IS NOT NULL

SELECT x'§', N'§', 0x¤, ¤_000, .¤, ¤., ¤e-¤, t.c1, c3po FROM schema1.t2

SELECT größe, "ä" FROM tabelle_ä WHERE größe = 'größe §' AND ort = '東京§'

BEGIN; UPDATE a SET b = ¤ WHERE c = '§'; COMMIT;

CREATE TABLE t (a varchar(¤) DEFAULT '§' CHECK (a <> '§'), b numeric(¤, ¤))

SELECT a FROM t WHERE b = '§' UNION ALL SELECT '§' FROM u WHERE c IN (SELECT d FROM v WHERE e = ¤) AND f = :name
