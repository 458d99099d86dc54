-- What has been published of calls. An id is given under the lock of the row in publication, which is held until the commit: ids rise in the
-- order in which they become visible. network_id 0 has the calls of no network. corrects: the call's transaction before this one.
CREATE TABLE call_transaction (
  network_id   BIGINT     NOT NULL,
  id           BIGINT     NOT NULL,
  call_id      BINARY(16) NOT NULL,
  corrects     BIGINT     NULL,
  published_at BIGINT     NOT NULL,
  PRIMARY KEY (network_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row. last_id: the last transaction; erased_id: the last row of erased_visitor.
CREATE TABLE publication (
  one       TINYINT NOT NULL PRIMARY KEY,
  last_id   BIGINT  NOT NULL,
  erased_id BIGINT  NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- transaction_id: the call's latest. Nobody looks a record up by it.
ALTER TABLE call_record DROP KEY transaction_id, ADD COLUMN erased_at BIGINT NULL;

INSERT INTO call_transaction (network_id, id, call_id, corrects, published_at)
  SELECT COALESCE(network_id, 0), ROW_NUMBER() OVER (ORDER BY end_at, call_id), call_id, NULL, end_at
  FROM call_record WHERE began AND end_at IS NOT NULL;
UPDATE call_transaction t JOIN call_record r ON r.call_id = t.call_id SET r.transaction_id = t.id;
INSERT INTO publication (one, last_id, erased_id) SELECT 1, COALESCE(MAX(id), 0), 0 FROM call_transaction;

-- Visitors whose data is blanked in records that are still in some journal. visitor_id is NULL as soon as the records in the database are done.
CREATE TABLE erased_visitor (
  id           BIGINT      NOT NULL PRIMARY KEY,
  network_id   BIGINT      NOT NULL,
  visitor_id   VARCHAR(64) NULL,
  visitor_hash BINARY(32)  NOT NULL,
  erased_at    BIGINT      NOT NULL,
  KEY unfinished (visitor_id, network_id),
  KEY by_time (erased_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Work that one node at a time does.
CREATE TABLE claim (
  name    VARCHAR(80) NOT NULL PRIMARY KEY,
  node_id BIGINT      NOT NULL,
  until   BIGINT      NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- cursor_id: the last transaction that was delivered or set aside; attempts and next_attempt_at are those of the one after it.
CREATE TABLE webhook (
  network_id      BIGINT         NOT NULL PRIMARY KEY,
  url             VARCHAR(2048)  NOT NULL,
  secret_sealed   VARBINARY(256) NOT NULL,
  made_at         BIGINT         NOT NULL,
  cursor_id       BIGINT         NOT NULL,
  attempts        INT            NOT NULL DEFAULT 0,
  next_attempt_at BIGINT         NOT NULL DEFAULT 0,
  last_error      VARCHAR(255)   NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- again: somebody asked for another attempt.
CREATE TABLE webhook_dead_letter (
  network_id     BIGINT       NOT NULL,
  transaction_id BIGINT       NOT NULL,
  reason         VARCHAR(255) NOT NULL,
  attempts       INT          NOT NULL,
  set_aside_at   BIGINT       NOT NULL,
  again          BOOLEAN      NOT NULL DEFAULT FALSE,
  PRIMARY KEY (network_id, transaction_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- How long after presentations their calls came, and presentations that ended without one, by day and class of delay.
CREATE TABLE call_delay (
  day       INT      NOT NULL,
  bin       SMALLINT NOT NULL,
  calls     DOUBLE   NOT NULL,
  without   DOUBLE   NOT NULL,
  PRIMARY KEY (day, bin)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row once something has been learned.
CREATE TABLE delay_distribution (
  one          TINYINT NOT NULL PRIMARY KEY,
  looked_until BIGINT  NOT NULL,
  log_mean     DOUBLE  NOT NULL,
  log_sigma    DOUBLE  NOT NULL,
  calls        DOUBLE  NOT NULL,
  learned_at   BIGINT  NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
