package io.ringtrace.call;

/**
 * What an INVITE and its retransmissions have in common (RFC 3261 §17.2.3), in 128 bits that mean the same in every run of the program:
 * hashes of topmost branch and sent-by, and of Call-ID, From tag and CSeq number.
 */
public record InviteKey(long transaction, long call) {}
