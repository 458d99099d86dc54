/** The local journal of call events: written before a call's effect is seen outside, drained into the database later. Knows no JDBC. */
@NullMarked
package io.ringtrace.store.journal;

import org.jspecify.annotations.NullMarked;
