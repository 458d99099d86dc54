-- What A and B look up and write: 100,000 promo numbers, each with one lease that is running. @FIRST@ is the number before the first one.
CREATE DATABASE bench CHARACTER SET utf8mb4;
USE bench;
CREATE TABLE lease (
  id          BIGINT      NOT NULL PRIMARY KEY,
  promo       VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  visitor     CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  marketing   JSON        NOT NULL,
  destination VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since       DATETIME(3) NOT NULL,
  until       DATETIME(3) NOT NULL,
  KEY by_promo (promo, until)
);
CREATE TABLE call_record (
  id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sip_call_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  caller      VARCHAR(64) NOT NULL,
  promo       VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lease_id    BIGINT      NULL,
  visitor     CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  destination VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NULL,
  start_at    DATETIME(3) NOT NULL,
  ring_at     DATETIME(3) NULL,
  answer_at   DATETIME(3) NULL,
  end_at      DATETIME(3) NULL,
  code        SMALLINT    NULL,
  UNIQUE KEY by_sip_call_id (sip_call_id),
  KEY by_lease (lease_id)
);
INSERT INTO lease SELECT seq, @FIRST@ + seq, UUID(), JSON_OBJECT('utm_source', 'google', 'gclid', MD5(seq)), 14155550111,
    NOW(3), NOW(3) + INTERVAL 30 DAY FROM seq_1_to_100000;
-- The names that Kamailio's htable wants.
CREATE VIEW lease_table AS SELECT promo AS key_name, 0 AS key_type, 0 AS value_type, CONCAT(id, '|', visitor, '|', destination) AS key_value,
    0 AS expires FROM lease WHERE until > NOW();
CREATE USER 'bench'@'127.0.0.1' IDENTIFIED BY 'bench';
GRANT ALL ON bench.* TO 'bench'@'127.0.0.1';
