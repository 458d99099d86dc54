-- A call's id begins with its start, so the primary key finds records by their time.
ALTER TABLE call_record DROP KEY by_start;
