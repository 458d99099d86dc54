/** One class for each verb of the command line. */
@NullMarked
package io.ringtrace.server.command;

import org.jspecify.annotations.NullMarked;
