/** Call records, as JSON and as CSV. */
@NullMarked
package io.ringtrace.http.record;

import org.jspecify.annotations.NullMarked;
