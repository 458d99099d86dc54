/** The tag's files, as pages load them. */
@NullMarked
package io.ringtrace.http.tag;

import org.jspecify.annotations.NullMarked;
