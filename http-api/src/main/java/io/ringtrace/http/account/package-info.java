/** What an account declares and looks at: marketing data dictionary, destinations, reports of its numbers. */
@NullMarked
package io.ringtrace.http.account;

import org.jspecify.annotations.NullMarked;
