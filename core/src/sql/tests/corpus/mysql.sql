SELECT `id`, `a``b` FROM `t` WHERE `name` = "§ \"§\" it's" AND path = 'C:\\' AND n = 'it\'s §' -- § "

SELECT a FROM t # don't §
WHERE b = '§' AND c = "§" AND d = _utf8mb4'§' COLLATE utf8mb4_bin AND e = N'§' AND f = b'¤' AND g = x'§'

INSERT INTO t (a, b) VALUES (¤, "§"), (¤, "§") ON DUPLICATE KEY UPDATE a = VALUES(a), b = "§"

SELECT /*! STRAIGHT_JOIN */ a, /*!50001 '§', */ b FROM t /*!40001 LIMIT ¤ */

SELECT /*+ SET_VAR(sort_buffer_size = ¤) */ a, 5--¤, a--b FROM t --¤

SET @a := '§', @b = "§", @`c` = ¤; SELECT @a, @@global.x, @'§', $a, a$b FROM t

SELECT a->'$.§', b->>"$.§", CONVERT("§" USING utf8), trim("§" FROM "§"), 1st, t.2nd, \N FROM t

UPDATE a, b SET a.x = "§", b.y = '§\\', b.z = '\\\'§' WHERE a.id = b.id AND a.note = '§
§' LIMIT ¤

REPLACE INTO t SET a = "§", b = ¤; SELECT a INTO OUTFILE "§" FROM t; PREPARE s FROM 'SELECT §'
