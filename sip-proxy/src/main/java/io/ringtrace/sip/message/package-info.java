/**
 * SIP messages as bytes (RFC 3261 §7): one pass indexes what a proxy reads, and a message is forwarded by copying its bytes and editing
 * only what RFC 3261 §16 changes. Everything else stays as it came, byte for byte. Nothing here blocks or locks; each object belongs to
 * one shard.
 */
@NullMarked
package io.ringtrace.sip.message;

import org.jspecify.annotations.NullMarked;
