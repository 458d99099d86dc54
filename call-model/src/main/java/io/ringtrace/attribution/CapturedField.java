package io.ringtrace.attribution;

/** A field of the dictionary that one pool keeps, with the model that holds in this pool. */
public record CapturedField(String name, AttributionModel model) {}
