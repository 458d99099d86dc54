@NullMarked
package io.ringtrace.config;

import org.jspecify.annotations.NullMarked;
