package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch", "head", "options");

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() throws Exception {
        try (RunningApi api = new RunningApi()) {
            JsonNode description =
                    new YAMLMapper().readTree(api.get("/openapi.yaml").body());
            Set<String> described = new TreeSet<>();
            description
                    .get("paths")
                    .properties()
                    .forEach(path -> path.getValue().propertyNames().forEach(name -> {
                        if (METHODS.contains(name)) {
                            described.add(name.toUpperCase(Locale.ROOT) + " " + path.getKey());
                        }
                    }));
            Set<String> served = api.api.endpoints().stream()
                    .map(e -> e.method() + " " + e.path().replaceAll(":([A-Za-z]+)", "{$1}"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(described).isEqualTo(served);
        }
    }
}
