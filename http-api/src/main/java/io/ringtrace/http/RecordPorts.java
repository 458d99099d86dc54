package io.ringtrace.http;

import io.ringtrace.call.CallNews;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.VisitorErasure;
import io.ringtrace.call.Webhooks;
import io.ringtrace.http.webhook.WebhookTargets;

/** What the HTTP interface asks about calls that were made, and of their visitors. */
public record RecordPorts(
        CallRecords calls,
        Transactions transactions,
        CallNews news,
        VisitorErasure erasure,
        Webhooks webhooks,
        WebhookTargets webhookTargets) {}
