/** What an endpoint is: who may ask, what it reads, what it answers, and how it words an error. */
@NullMarked
package io.ringtrace.http.endpoint;

import org.jspecify.annotations.NullMarked;
