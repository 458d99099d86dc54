-- autoscale_max: most numbers of a pool that finds its size by itself; NULL: max_pool_size holds.
ALTER TABLE ring_pool ADD COLUMN autoscale_max INT NULL;

-- maximum: kept while the pool does not, too. since: when it was last turned on. shrunk_at: when numbers last left the pool for it.
CREATE TABLE pool_scaling (
  pool_id             BIGINT  NOT NULL PRIMARY KEY,
  maximum             INT     NOT NULL,
  overflow_goal       DOUBLE  NOT NULL,
  misattribution_goal DOUBLE  NOT NULL,
  since               BIGINT  NOT NULL,
  shrunk_at           BIGINT  NOT NULL DEFAULT 0
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What a pool met in a quarter of an hour, kept for seven days. quarter: its number since 1970. visitors: new ones, the unserved
-- included. guaranteed_ms: guarantees given in it, renewals by what they added. reassigned: numbers that went to another visitor within
-- ten minutes of their last presentation. numbers: most that the pool had for visitors.
CREATE TABLE pool_traffic (
  pool_id       BIGINT NOT NULL,
  quarter       BIGINT NOT NULL,
  visitors      INT    NOT NULL,
  unserved      INT    NOT NULL,
  guaranteed_ms BIGINT NOT NULL,
  reassigned    INT    NOT NULL,
  numbers       INT    NOT NULL,
  PRIMARY KEY (pool_id, quarter),
  KEY by_quarter (quarter)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
