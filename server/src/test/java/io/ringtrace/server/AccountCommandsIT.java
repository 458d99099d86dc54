package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.server.demo.SampleHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What their help says is {@link CommandHelpTest}'s; here they are run as a person would. */
@DisplayName("The commands for accounts, beside a running server")
class AccountCommandsIT {
    private static final String DESTINATION = "+14155550190";

    @TempDir
    private static Path folder;

    private static SampleHouse house;

    @BeforeAll
    static void open() throws Exception {
        house = OpenHouse.in(folder);
        Path sample = Scale.home().resolve("examples/sample-account");
        house.importAccount(sample.resolve("numbers.csv"));
        assertThat(SampleHouse.run(
                        "rate-centers",
                        "import",
                        "--data-directory",
                        house.data().toString(),
                        sample.resolve("rate-centers.csv").toString()))
                .isEqualTo("12 exchanges imported, 0 without a rate center, 0 wrong\n");
    }

    @AfterAll
    static void close() {
        house.close();
    }

    /** A command for the house's network, asked of its server. */
    private static String run(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--data-directory", house.data().toString(), "--network", SampleHouse.NETWORK));
        return SampleHouse.run(words.toArray(String[]::new));
    }

    @Test
    void destinationsAreApprovedRefusedAndRuled() throws Exception {
        assertThat(run("destinations", "approve", DESTINATION, "+14155550191"))
                .isEqualTo("+14155550190 is approved.\n+14155550191 is approved.\n");
        assertThat(run("destinations", "refuse", "+14155550191")).contains("is refused");
        assertThat(run("destinations", "list", "--state", "approved"))
                .contains(DESTINATION)
                .doesNotContain("+14155550191");
        assertThatThrownBy(() -> run("destinations", "approve", "+19005550123")).hasMessageContaining("900");
        assertThat(run("destinations", "rule")).isEqualTo("Approved by themselves: none. Countries: 1.\n");
        assertThat(run("destinations", "rule", "--area-codes", "415,650"))
                .isEqualTo("Approved by themselves: 415, 650. Countries: 1.\n");
        assertThat(run("destinations", "rule", "--none")).contains("none");
        assertThat(run("destinations", "tag-pool", "--max-size", "20")).contains("\"max_pool_size\" : 20");
        assertThat(run("destinations", "tag-pool")).contains("\"max_pool_size\" : 20", "\"lifetime_seconds\" : 300");
    }

    @Test
    void marketingFieldsAreDeclaredAndRemoved() throws Exception {
        run("marketing", "declare", "--type", "number", "--length", "8", "--model", "First", "mood");
        assertThat(run("marketing", "fields").lines())
                .anyMatch(line -> line.matches("mood +number +8 +First.*"))
                .anyMatch(line -> line.startsWith("utm_source "));
        run("marketing", "unknown", "refuse");
        assertThat(run("marketing", "fields")).contains("Other fields: refuse");
        run("marketing", "unknown", "drop");
        run("marketing", "remove", "mood");
        assertThat(run("marketing", "fields")).doesNotContain("mood");
    }

    @Test
    void aChoiceOfNumbersIsExplainedAndAPoolsSizeTold() throws Exception {
        house.makePool("explained", "local", "+12125550190", 2);
        assertThat(run("numbers", "explain", "--pool", "explained", "--limit", "5")
                        .lines()
                        .limit(2))
                .containsExactly(
                        "Destination +12125550190, NWYRCYZN01, NY",
                        "NUMBER         AT HOME IN                 MILES  BECAUSE");
        assertThat(run("numbers", "explain", "--pool", "explained", "--number", "+18005550100"))
                .contains("+18005550100");
        assertThat(run("sizing", "--pool", "explained"))
                .isEqualTo("Pool explained has 2 numbers; nobody has asked for one in the last seven days.\n");
    }

    @Test
    void numbersAreRetiredReportedAndExported() throws Exception {
        house.makePool("exported", "toll_free", "+18665550190", 3);
        SampleHouse.Visitor visitor = house.lease(List.of(
                        new SampleHouse.Visit("anna", "exported", "+18665550190", Map.of("utm_source", "news"))))
                .getFirst();
        assertThat(run("numbers", "list").lines())
                .anyMatch(line -> line.matches(
                        "\\" + visitor.promoNumber() + " +toll_free +pooled +exported +anna +\\+18665550190.*"));
        assertThat(run("numbers", "retire", "+18885550105")).isEqualTo("1 retired\n");
        assertThat(run("numbers", "list").lines())
                .anyMatch(line -> line.matches("\\+18885550105 +toll_free +retired.*"));
        assertThat(run("numbers", "unretire", "+18885550105")).isEqualTo("1 in the bank\n");
        assertThatThrownBy(() -> run("numbers", "retire", visitor.promoNumber()))
                .hasMessageContaining("pool");

        Path csv = folder.resolve("exported.csv");
        Path json = folder.resolve("exported.json");
        Path sipp = folder.resolve("exported.sipp");
        assertThat(run("numbers", "export", "--csv", csv.toString())).isEqualTo("54 numbers written to " + csv + "\n");
        run("numbers", "export", "--json", json.toString());
        run("numbers", "export", "--sipp", sipp.toString());
        assertThat(Files.readString(sipp)).startsWith("SEQUENTIAL\n").contains(visitor.promoNumber() + ";");
        for (Path file : List.of(csv, json)) {
            assertThat(run("numbers", "import", file.toString())).isEqualTo("0 added, 54 there already, 0 wrong\n");
        }
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        assertThat(run("numbers", "dirty", "--from", today, "--to", today)).startsWith("DAY");
        assertThat(run("numbers", "usage", "--from", today, "--to", today)).startsWith("DAY");
        assertThat(run("visitors", "erase", "--visitor", "anna"))
                .isEqualTo("Erased from 1 leases, 1 numbers and 0 call records.\n");
        assertThat(run("numbers", "list")).doesNotContain("anna");
    }

    @Test
    void tokensAreListedRotatedAndRevoked() throws Exception {
        String token =
                run("account", "token", "--name", "reports", "--read-only").strip();
        String id = run("account", "tokens")
                .lines()
                .filter(line -> line.contains("reports"))
                .map(line -> line.strip().split(" ", 2)[0])
                .findFirst()
                .orElseThrow();
        assertThat(run("account", "rotate-token", "--id", id).strip())
                .startsWith("rt_")
                .isNotEqualTo(token);
        assertThat(run("account", "revoke-token", "--id", id)).contains("is revoked");
        assertThat(run("account", "tokens").lines().filter(line -> line.contains("reports")))
                .singleElement()
                .asString()
                .matches(" *" + id + " +read +\\S+ +\\d{4}-.*");
    }

    @Test
    void networksAndCampaignsAreListedAndKeysOfSitesAndPoolsRotated() throws Exception {
        run("account", "create", "--advertiser", "dental", "--campaign", "autumn");
        assertThat(SampleHouse.run(
                                "account",
                                "list",
                                "--data-directory",
                                house.data().toString())
                        .lines())
                .contains(SampleHouse.NETWORK);
        assertThat(run("account", "list").lines()).anyMatch(line -> line.matches("dental +autumn"));

        assertThat(run("account", "remove", "--advertiser", "dental", "--campaign", "autumn"))
                .contains("is removed");
        assertThat(run("account", "list")).doesNotContain("autumn");
        assertThat(run("account", "remove", "--advertiser", "dental")).contains("is removed");
        assertThatThrownBy(() -> run("account", "remove", "--campaign", "spring-sale"))
                .hasMessageContaining("--advertiser");
        assertThatThrownBy(() -> run("account", "remove"))
                .hasMessageContainingAll("409", SampleHouse.CAMPAIGN, "numbers that are not retired");

        String origin = "https://rotated.example.org";
        String former = run("account", "site", "--origin", origin);
        String id = former.replaceAll("(?s).*data-site=\"([^\"]+)\".*", "$1");
        String fresh = run("account", "rotate-site", "--id", id);
        assertThat(fresh).contains("data-site=\"").doesNotContain(id);
        assertThat(run("account", "sites").lines().filter(line -> line.contains(origin)))
                .singleElement()
                .asString()
                .doesNotContain(id);

        house.makePool("rotated", "toll_free", "+18665550190", 2);
        String key = run("account", "rotate-pool-key", "--pool", "rotated").strip();
        assertThat(key).isNotEmpty();
        assertThat(run("account", "rotate-pool-key", "--pool", "rotated").strip())
                .isNotEmpty()
                .isNotEqualTo(key);
        assertThat(run("account", "pool-keys").lines())
                .anyMatch(line -> line.matches("rotated +acme-dental +spring-sale *"));
        assertThat(run("account", "revoke-pool-key", "--pool", "rotated")).contains("is revoked");
        assertThatThrownBy(() -> run("account", "revoke-pool-key", "--pool", "rotated"))
                .hasMessageContaining("404");
        assertThat(run("account", "pool-keys").lines()).anyMatch(line -> line.matches("rotated .* \\d{4}-.*Z"));
    }

    @Test
    void aWebhookIsSetShownAndRemoved() throws Exception {
        assertThatThrownBy(() -> run("account", "webhook", "--url", "ftp://127.0.0.1/"))
                .hasMessageContaining("http");
        assertThat(run("account", "webhook", "--url", "http://127.0.0.1:9/calls")
                        .strip())
                .isNotEmpty();
        assertThat(run("account", "webhook").lines())
                .anyMatch(line -> line.matches("url +http://127\\.0\\.0\\.1:9/calls"))
                .noneMatch(line -> line.startsWith("secret"));
        assertThat(run("webhooks", "dead-letters").lines()).hasSize(1);
        assertThat(run("webhooks", "retry")).isEqualTo("0 are tried once more.\n");
        assertThat(run("account", "webhook", "--remove")).contains("told of no more calls");
        assertThatThrownBy(() -> run("account", "webhook")).hasMessageContaining("404");
    }
}
