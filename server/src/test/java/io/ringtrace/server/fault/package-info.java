/** The fault bench: calls with a ledger of what both parties saw, a fault in their middle, and the ledger held against the call records. */
@NullMarked
package io.ringtrace.server.fault;

import org.jspecify.annotations.NullMarked;
