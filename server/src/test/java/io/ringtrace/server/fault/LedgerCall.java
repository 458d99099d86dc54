package io.ringtrace.server.fault;

import java.util.ArrayList;
import java.util.List;

/** What both parties of one call saw. Written by the parties' threads, read when all is over; every access holds its monitor. */
final class LedgerCall {
    final String sipCallId;
    final String dialed;
    final String from;
    final Ending ending;
    /** The caller's first INVITE, nanoseconds of the parties' time as all that follow. */
    long invitedAt;

    /** The same moment by the wall clock. */
    long invitedMillis;
    /** When the caller first heard that it rings; 0 for never. */
    long ringingHeardAt;
    /** The highest provisional status that the caller heard. */
    int provisional;
    /** The final status of the INVITE that the caller heard; 0 for none. */
    int finalStatus;

    long finalAt;
    /** Each INVITE with a branch of its own that reached a gateway, in their order. */
    final List<Tried> tried = new ArrayList<>();

    /** When a gateway first sent a 2xx; 0 for never. */
    long gatewayAnsweredAt;
    /** The first of the caller's BYEs, and its final response. */
    long callerByeAt;

    int callerByeStatus;
    long callerByeAnsweredAt;
    long gatewayByeAt;
    int gatewayByeStatus;
    long gatewayByeAnsweredAt;
    /** The caller has given up: no final response came. */
    boolean givenUp;

    boolean over;
    /** The server was killed, or restarted, before the caller heard the call's final response. */
    boolean sawADeath;

    LedgerCall(String sipCallId, String from, String dialed, Ending ending) {
        this.sipCallId = sipCallId;
        this.from = from;
        this.dialed = dialed;
        this.ending = ending;
    }

    /** One gateway's part in the call: when its INVITE came, and what it sent of its own first. */
    static final class Tried {
        final String gateway;
        final long at;
        /** 0 for never. */
        long ringingAt;
        /** The final status; 0 for none. */
        int status;

        long finalAt;

        Tried(String gateway, long at) {
            this.gateway = gateway;
            this.at = at;
        }

        @Override
        public String toString() {
            return gateway + (ringingAt > 0 ? " rang" : "") + (status > 0 ? " said " + status : "");
        }
    }

    /** When the first INVITE reached a gateway; 0 for never. */
    synchronized long atGatewayAt() {
        return tried.isEmpty() ? 0 : tried.getFirst().at;
    }

    /** A moment of the parties' time by the wall clock. */
    synchronized long millis(long nanos) {
        return invitedMillis + (nanos - invitedAt) / 1_000_000;
    }

    synchronized boolean isOver() {
        return over;
    }

    synchronized boolean wasAnswered() {
        return finalStatus >= 200 && finalStatus < 300;
    }

    @Override
    public synchronized String toString() {
        return sipCallId + " " + ending + " dialed " + dialed + ": caller heard " + provisional + " and " + finalStatus
                + ", gateways " + tried + ", caller's BYE " + callerByeStatus
                + ", gateway's BYE "
                + gatewayByeStatus + (givenUp ? ", given up" : "");
    }
}
