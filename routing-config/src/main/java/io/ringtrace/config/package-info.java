/**
 * Operators' YAML becomes one checked, immutable {@link io.ringtrace.config.Configuration}, or a list of everything that is wrong with it.
 *
 * <p>The way of a configuration: {@code ConfigReading} finds its files, {@code YamlReader} makes of each a tree of nodes that know their line and
 * column, {@code NumberTable} reads tables of numbers, {@code TreeMerge} makes one tree of all, {@code Overrides} puts options and environment over it, {@code ConfigSchema} checks it by the published JSON Schema,
 * {@code MeaningChecks} checks what one entry says of another, {@code ConfigBinder} makes the records.
 */
@NullMarked
package io.ringtrace.config;

import org.jspecify.annotations.NullMarked;
