SELECT [user name], `a``b`, "c" FROM [it's] WHERE d = "§" AND e = 'C:\' AND f = x'§' AND g = ?1 AND h = :n AND i = @n AND j = $n

INSERT OR REPLACE INTO t ("a", [b]) VALUES (?1, '§'), (¤, "§") ON CONFLICT ("a") DO UPDATE SET "b" = excluded."b" || "§"

PRAGMA key = '§'; PRAGMA table_info("t"); ATTACH DATABASE '§' AS other; VACUUM INTO '§'

SELECT json_extract(a, '$.§'), b ->> '$.§', c -> ¤, GLOB('§', d), ¤.¤, ¤e+¤, 0x¤ FROM t WHERE a IS DISTINCT FROM "§" -- §

SELECT a FROM t /* it's § /* " */ WHERE b = '§' AND [c] = -¤ AND d = $a::b AND e = @f(x) /* never closed ' §

WITH RECURSIVE n(x) AS (VALUES(¤) UNION ALL SELECT x + ¤ FROM n WHERE x < ¤) SELECT x, '§' FROM n, "t" AS "u"
