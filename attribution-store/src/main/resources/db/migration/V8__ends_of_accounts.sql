-- key_revoked_at: since when the pool takes no key; its sealed key is empty then. NULL while the key is valid.
ALTER TABLE ring_pool ADD COLUMN key_revoked_at BIGINT NULL;

-- removed_at: NULL while it is there. Rows stay, because call records and leases name them; declared again, it is the same one again.
ALTER TABLE network ADD COLUMN removed_at BIGINT NULL;
ALTER TABLE advertiser ADD COLUMN removed_at BIGINT NULL;
ALTER TABLE campaign ADD COLUMN removed_at BIGINT NULL;
