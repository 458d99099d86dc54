/** Call records: from the journal into the database, and out again. */
@NullMarked
package io.ringtrace.store.record;

import org.jspecify.annotations.NullMarked;
