-- Of a call that its node watches: the last proof of life that the node has told of. Should the node never tell the call's end, it is lost then.
ALTER TABLE call_record ADD COLUMN alive_at BIGINT NULL;
