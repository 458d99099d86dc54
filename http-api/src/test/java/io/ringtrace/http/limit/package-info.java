/** Tests of the limits by themselves. */
@NullMarked
package io.ringtrace.http.limit;

import org.jspecify.annotations.NullMarked;
