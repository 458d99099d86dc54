/** How many numbers a pool needs: what it meets, and what queueing theory says of it. */
@NullMarked
package io.ringtrace.store.sizing;

import org.jspecify.annotations.NullMarked;
