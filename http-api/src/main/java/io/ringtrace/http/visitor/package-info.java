/** What is kept of visitors, and its end. */
@NullMarked
package io.ringtrace.http.visitor;

import org.jspecify.annotations.NullMarked;
