-- A call's transactions, and those of the calls of some days: a call's id begins with the time when it was made.
ALTER TABLE call_transaction ADD KEY by_call (network_id, call_id);
