-- The marketing data dictionary. unknown_fields: what becomes of fields that are not in it: drop, keep or refuse.
-- approval_rule: which discovered destinations are approved by themselves, and the account's countries; NULL: none, and North America.
-- tag_pool: how pools are made that come into being for an approved destination; NULL: the defaults.
ALTER TABLE network
  ADD COLUMN unknown_fields VARCHAR(8)   NOT NULL DEFAULT 'drop',
  ADD COLUMN approval_rule  JSON         NULL,
  ADD COLUMN tag_pool       JSON         NULL;

CREATE TABLE marketing_field (
  network_id   BIGINT      NOT NULL,
  name         VARCHAR(64) NOT NULL,
  partner_name VARCHAR(64) NULL,
  field_type   VARCHAR(8)  NOT NULL,
  longest      SMALLINT    NOT NULL,
  model        VARCHAR(8)  NOT NULL,
  PRIMARY KEY (network_id, name),
  UNIQUE (network_id, partner_name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What every new network begins with; networks that are there already get it here.
CREATE TABLE standard_marketing_field (
  name       VARCHAR(64) NOT NULL PRIMARY KEY,
  field_type VARCHAR(8)  NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO standard_marketing_field (name, field_type) VALUES
  ('utm_source', 'string'), ('utm_medium', 'string'), ('utm_campaign', 'string'), ('utm_term', 'string'),
  ('utm_content', 'string'), ('utm_id', 'string'), ('gclid', 'string'), ('gbraid', 'string'), ('wbraid', 'string'),
  ('dclid', 'string'), ('msclkid', 'string'), ('fbclid', 'string'), ('referrer', 'string'), ('landing_page', 'string'),
  ('calling_page', 'string'), ('search_engine', 'string'), ('search_keywords', 'string'), ('search_keyword_id', 'string');

INSERT INTO marketing_field (network_id, name, field_type, longest, model)
  SELECT w.id, s.name, s.field_type, 512, 'last' FROM network w CROSS JOIN standard_marketing_field s;

-- Where each value came from, by the names of marketing_data.
ALTER TABLE lease ADD COLUMN marketing_sources JSON NULL;
ALTER TABLE call_record ADD COLUMN marketing_sources JSON NULL;

-- What a pool has beyond the feed's row, which stays small. npas: area codes, parted by blanks.
CREATE TABLE ring_pool_setting (
  pool_id   BIGINT       NOT NULL PRIMARY KEY,
  by_tag    BOOLEAN      NOT NULL DEFAULT FALSE,
  tn_prefix SMALLINT     NULL,
  zip_code  VARCHAR(10)  NULL,
  latitude  DOUBLE       NULL,
  longitude DOUBLE       NULL,
  npas      VARCHAR(512) NOT NULL DEFAULT '',
  hours     JSON         NULL,
  captured  JSON         NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- state: discovered, approved or refused. approved_by: person or rule.
CREATE TABLE destination (
  network_id  BIGINT      NOT NULL,
  number      BIGINT      NOT NULL,
  state       VARCHAR(12) NOT NULL,
  approved_by VARCHAR(8)  NULL,
  site_id     VARCHAR(32) NULL,
  seen_at     BIGINT      NULL,
  changed_at  BIGINT      NOT NULL,
  PRIMARY KEY (network_id, number)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- in_use: the most numbers that were in the network's pools at once on that day (UTC).
CREATE TABLE number_usage (
  network_id BIGINT NOT NULL,
  day        DATE   NOT NULL,
  in_use     INT    NOT NULL,
  PRIMARY KEY (network_id, day)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Vertical and horizontal coordinates, as tariffs measure distances by.
ALTER TABLE rate_center
  ADD COLUMN v INT NULL,
  ADD COLUMN h INT NULL;

CREATE TABLE zip_code (
  zip       CHAR(5) NOT NULL PRIMARY KEY,
  latitude  DOUBLE  NOT NULL,
  longitude DOUBLE  NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- scope: manage, or read for reports alone.
ALTER TABLE network_token ADD COLUMN scope VARCHAR(8) NOT NULL DEFAULT 'manage';
