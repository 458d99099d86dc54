/** The Vert.x side: the way of a request from the socket to an endpoint and back, and every limit on that way. */
@NullMarked
package io.ringtrace.http.listener;

import org.jspecify.annotations.NullMarked;
