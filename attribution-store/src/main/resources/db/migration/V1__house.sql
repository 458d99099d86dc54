-- Times are Unix milliseconds by the lease clock; SQL never asks the time itself.
-- Tables of the feed (promo_number, ring_pool, directory_marker): no ON DELETE CASCADE, no TRUNCATE; a removal is a state with a version.

CREATE TABLE network (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  id_from_network VARCHAR(64)  NOT NULL UNIQUE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE advertiser (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  network_id      BIGINT       NOT NULL,
  id_from_network VARCHAR(64)  NOT NULL,
  UNIQUE (network_id, id_from_network)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE campaign (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  advertiser_id   BIGINT       NOT NULL,
  id_from_network VARCHAR(64)  NOT NULL,
  UNIQUE (advertiser_id, id_from_network)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE network_token (
  id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  network_id BIGINT       NOT NULL,
  name       VARCHAR(64)  NOT NULL,
  token_hash BINARY(32)   NOT NULL UNIQUE,
  created_at BIGINT       NOT NULL,
  revoked_at BIGINT       NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Web sites with the tag. origins: as browsers send them, parted by blanks.
CREATE TABLE site (
  id         VARCHAR(32)   NOT NULL PRIMARY KEY,
  network_id BIGINT        NOT NULL,
  origins    VARCHAR(4096) NOT NULL,
  created_at BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The pool row is the lock: whoever changes a pool's numbers holds it. size: numbers pooled, the overflow number included.
-- mixed_until: until then some numbers may still carry lifetimes of former rules.
CREATE TABLE ring_pool (
  id               BIGINT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
  network_id       BIGINT         NOT NULL,
  campaign_id      BIGINT         NOT NULL,
  id_from_network  VARCHAR(64)    NOT NULL,
  name             VARCHAR(255)   NOT NULL,
  number_type      VARCHAR(16)    NOT NULL,
  lifetime_ms      BIGINT         NOT NULL,
  hold_ms          BIGINT         NOT NULL,
  max_pool_size    INT            NOT NULL,
  allow_overflow   BOOLEAN        NOT NULL,
  fill_immediately BOOLEAN        NOT NULL,
  preferred        BOOLEAN        NOT NULL,
  destination      BIGINT         NOT NULL,
  search_radius    INT            NOT NULL DEFAULT 240,
  within_state     BOOLEAN        NOT NULL DEFAULT TRUE,
  fallback         VARCHAR(16)    NOT NULL DEFAULT 'use_toll_free',
  api_key_sealed   VARBINARY(128) NOT NULL,
  size             INT            NOT NULL DEFAULT 0,
  mixed_until      BIGINT         NOT NULL DEFAULT 0,
  deleted          BOOLEAN        NOT NULL DEFAULT FALSE,
  presentation_seq BIGINT         NOT NULL DEFAULT 0,
  version          BIGINT         NOT NULL DEFAULT 1,
  UNIQUE (network_id, id_from_network)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The bank's side of a number; kept apart so that the feed's rows stay small.
-- unused_since: its last presentation, 0 for never; NULL while it is in a pool. free_from: the end of its rest.
-- The key leads from what numbers have in common to the one that is unused for longest.
CREATE TABLE bank_number (
  number       BIGINT       NOT NULL PRIMARY KEY,
  network_id   BIGINT       NOT NULL,
  number_type  VARCHAR(16)  NOT NULL,
  country      SMALLINT     NOT NULL,
  npa          SMALLINT     NULL,
  region       CHAR(2)      NULL,
  rate_center  VARCHAR(64)  NULL,
  place_told   BOOLEAN      NOT NULL,
  unused_since BIGINT       NULL DEFAULT 0,
  free_from    BIGINT       NOT NULL DEFAULT 0,
  imported_at  BIGINT       NOT NULL,
  KEY unused (network_id, number_type, country, npa, region, rate_center, unused_since, number)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Promo numbers that take text messages.
CREATE TABLE sms_number (
  number    BIGINT NOT NULL PRIMARY KEY,
  marked_at BIGINT NOT NULL,
  KEY by_time (marked_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE rate_center (
  id        BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  region    CHAR(2)     NOT NULL,
  name      VARCHAR(64) NOT NULL,
  lata      INT         NULL,
  latitude  DOUBLE      NULL,
  longitude DOUBLE      NULL,
  UNIQUE (region, name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE exchange (
  npa            SMALLINT NOT NULL,
  nxx            SMALLINT NOT NULL,
  rate_center_id BIGINT   NOT NULL,
  PRIMARY KEY (npa, nxx)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- state: 0 bank, 1 pooled, 2 overflow, 3 draining, 4 resting, 5 retired.
CREATE TABLE promo_number (
  number           BIGINT       NOT NULL PRIMARY KEY,
  network_id       BIGINT       NOT NULL,
  state            TINYINT      NOT NULL DEFAULT 0,
  pool_id          BIGINT       NULL,
  campaign_id      BIGINT       NULL,
  visitor_id       VARCHAR(64)  NULL,
  destination      BIGINT       NULL,
  lease_version    BIGINT       NULL,
  leased_at        BIGINT       NULL,
  presented_at     BIGINT       NOT NULL DEFAULT 0,
  guaranteed_until BIGINT       NOT NULL DEFAULT 0,
  held_until       BIGINT       NOT NULL DEFAULT 0,
  rest_until       BIGINT       NOT NULL DEFAULT 0,
  version          BIGINT       NOT NULL DEFAULT 1,
  UNIQUE KEY one_number_per_visitor (pool_id, visitor_id, destination),
  KEY longest_ago (pool_id, state, presented_at, number),
  KEY bank (network_id, state, number)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The history: one row for each lease, never changed. The end of a lease stands in the next one's previous_* columns.
CREATE TABLE lease (
  number                BIGINT       NOT NULL,
  version               BIGINT       NOT NULL,
  pool_id               BIGINT       NOT NULL,
  campaign_id           BIGINT       NOT NULL,
  visitor_id            VARCHAR(64)  NULL,
  destination           BIGINT       NOT NULL,
  leased_at             BIGINT       NOT NULL,
  previous_version      BIGINT       NULL,
  previous_visitor_id   VARCHAR(64)  NULL,
  previous_presented_at BIGINT       NULL,
  marketing_data        JSON         NOT NULL,
  PRIMARY KEY (number, version),
  KEY by_visitor (visitor_id, pool_id),
  KEY by_time (leased_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE directory_marker (
  node_id BIGINT NOT NULL PRIMARY KEY,
  marker  BIGINT NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE node (
  id        BIGINT      NOT NULL PRIMARY KEY,
  name      VARCHAR(64) NOT NULL,
  server_id BIGINT      NOT NULL UNIQUE,
  seen_at   BIGINT      NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE cookie_key (
  id         SMALLINT      NOT NULL PRIMARY KEY,
  secret     VARBINARY(32) NOT NULL,
  created_at BIGINT        NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE journal_position (
  node_id BIGINT NOT NULL,
  shard   INT    NOT NULL,
  segment BIGINT NOT NULL,
  offset_ BIGINT NOT NULL,
  PRIMARY KEY (node_id, shard)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE call_record (
  call_id                BINARY(16)   NOT NULL PRIMARY KEY,
  transaction_id         BIGINT       NULL UNIQUE,
  node                   VARCHAR(64)  NOT NULL,
  began                  BOOLEAN      NOT NULL DEFAULT FALSE,
  sip_call_id            VARCHAR(255) NULL,
  trunk                  VARCHAR(64)  NULL,
  caller                 BIGINT       NULL,
  caller_withheld        BOOLEAN      NULL,
  dialed_text            VARCHAR(128) NULL,
  promo_number           BIGINT       NULL,
  destination            BIGINT       NULL,
  network_id             BIGINT       NULL,
  pool_id                BIGINT       NULL,
  campaign_id            BIGINT       NULL,
  static_campaign        VARCHAR(64)  NULL,
  lease_version          BIGINT       NULL,
  visitor_id             VARCHAR(64)  NULL,
  marketing_data         JSON         NULL,
  attribution_status     VARCHAR(20)  NULL,
  attribution_confidence DOUBLE       NULL,
  lease_age_ms           BIGINT       NULL,
  presentation_age_ms    BIGINT       NULL,
  prior_leases           INT          NULL,
  attribution_stale_ms   BIGINT       NULL,
  config_version         VARCHAR(64)  NULL,
  attempts               JSON         NULL,
  gateway                VARCHAR(64)  NULL,
  start_at               BIGINT       NULL,
  progress_at            BIGINT       NULL,
  sent_to_gateway_at     BIGINT       NULL,
  answer_at              BIGINT       NULL,
  end_at                 BIGINT       NULL,
  ring_ms                BIGINT       NULL,
  talk_ms                BIGINT       NULL,
  sip_code_sent          SMALLINT     NULL,
  sip_code_gateway       SMALLINT     NULL,
  reason_header          VARCHAR(255) NULL,
  ended_by               VARCHAR(12)  NULL,
  end_reason             VARCHAR(32)  NULL,
  end_precedence         TINYINT      NOT NULL DEFAULT 0,
  duration_exact         BOOLEAN      NULL,
  KEY by_network (network_id, start_at),
  KEY by_start (start_at),
  KEY by_number (promo_number, start_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
