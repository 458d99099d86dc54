package io.ringtrace.server.command;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.http.operator.OperationEndpoints;
import io.ringtrace.server.DataFolder;
import io.ringtrace.server.Ringtrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The store's numbers, for a command: asked of the server that runs on the data folder; else of the database that {@code store.url} names;
 * else of the directory that the stopped server left on the disk. For the thread of one command.
 */
record AskedNumbers(StoreConfig store, Map<String, String> environment) implements OwnedNumbers {
    @Override
    public Map<PhoneNumber, String> among(Collection<PhoneNumber> numbers) throws StoreUnavailableException {
        Path folder = store.dataDirectory();
        try (OperatorClient client = OperatorClient.of(folder)) {
            return ofServer(client, List.copyOf(numbers));
        } catch (CommandException noServer) {
            if (store.external() != null) {
                return Ringtrace.ownedNumbers(store, environment, numbers);
            }
            Path kept = new DataFolder(folder).directory();
            if (!Files.exists(kept)) {
                throw new StoreUnavailableException(
                        "no server runs on the data folder " + folder + ", or this user may not ask it", noServer);
            }
            return ofDisk(kept, numbers);
        }
    }

    private static Map<PhoneNumber, String> ofDisk(Path kept, Collection<PhoneNumber> numbers)
            throws StoreUnavailableException {
        try {
            return Ringtrace.keptNumbers(kept).among(numbers);
        } catch (IOException e) {
            throw new StoreUnavailableException("no server runs, and " + kept + " can't be used: " + e.getMessage(), e);
        }
    }

    private static Map<PhoneNumber, String> ofServer(OperatorClient client, List<PhoneNumber> numbers)
            throws CommandException {
        Map<PhoneNumber, String> owned = new HashMap<>();
        for (int from = 0; from < numbers.size(); from += OperationEndpoints.MOST_NUMBERS) {
            ObjectNode question = JsonMapper.shared().createObjectNode();
            ArrayNode asked = question.putArray("numbers");
            numbers.subList(from, Math.min(numbers.size(), from + OperationEndpoints.MOST_NUMBERS))
                    .forEach(number -> asked.add(number.toString()));
            JsonNode answer = client.post("/v1/operator/owned-numbers", "application/json", question.toString());
            for (JsonNode number : answer.path("owned")) {
                owned.put(
                        PhoneNumber.parse(number.path("number").asString()),
                        number.path("state").asString());
            }
        }
        return owned;
    }

    @Override
    public boolean available() {
        return true;
    }
}
