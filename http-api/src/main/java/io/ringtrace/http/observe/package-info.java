/** Health, metrics and the interface's own description. */
@NullMarked
package io.ringtrace.http.observe;

import org.jspecify.annotations.NullMarked;
