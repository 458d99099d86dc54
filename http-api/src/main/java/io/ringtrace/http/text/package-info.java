/** JSON, CSV, XML and query strings, read within bounds and written without surprises. */
@NullMarked
package io.ringtrace.http.text;

import org.jspecify.annotations.NullMarked;
