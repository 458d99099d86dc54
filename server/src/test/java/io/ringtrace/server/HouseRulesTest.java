package io.ringtrace.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the modules, each rule a sentence. */
@AnalyzeClasses(packages = "io.ringtrace", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {
    private static final String[] MODEL = {"io.ringtrace.call..", "io.ringtrace.attribution..", "io.ringtrace.routing.."
    };
    private static final String SIP = "io.ringtrace.sip..";
    private static final String CONFIG = "io.ringtrace.config..";
    private static final String STORE = "io.ringtrace.store..";
    private static final String HTTP = "io.ringtrace.http..";
    private static final String SERVER = "io.ringtrace.server..";

    @ArchTest
    static final ArchRule theCallModelNeedsTheJdkAlone = classes()
            .that()
            .resideInAnyPackage(MODEL)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify..",
                    "io.ringtrace.call..",
                    "io.ringtrace.attribution..",
                    "io.ringtrace.routing..");

    @ArchTest
    static final ArchRule theSipProxyKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(SIP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CONFIG, STORE, HTTP, SERVER);

    @ArchTest
    static final ArchRule theRoutingConfigurationKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(CONFIG)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIP, STORE, HTTP, SERVER);

    @ArchTest
    static final ArchRule theAttributionStoreKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIP, CONFIG, HTTP, SERVER);

    @ArchTest
    static final ArchRule theHttpInterfaceKnowsNoOtherModule = noClasses()
            .that()
            .resideInAPackage(HTTP)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIP, CONFIG, STORE, SERVER);

    @ArchTest
    static final ArchRule jainSipStaysBehindTheMessages = noClasses()
            .that()
            .resideOutsideOfPackage("io.ringtrace.sip.message..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.sip..", "gov.nist..");

    @ArchTest
    static final ArchRule nettyChannelsStayAtTheTransport = noClasses()
            .that()
            .resideOutsideOfPackages("io.ringtrace.sip.transport..", HTTP)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty.channel..");

    @ArchTest
    static final ArchRule theDatabaseIsKnownToTheStoreAlone = noClasses()
            .that()
            .resideOutsideOfPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..", "org.flywaydb..", "com.mysql..");

    @ArchTest
    static final ArchRule theJournalKnowsNoDatabase = noClasses()
            .that()
            .resideInAPackage("io.ringtrace.store.journal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..");

    @ArchTest
    static final ArchRule nothingWaitsForTheDatabaseInTheSipProxy = noClasses()
            .that()
            .resideInAPackage(SIP)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("io.ringtrace.call.StoreUnavailableException");

    @ArchTest
    static final ArchRule vertxIsKnownToTheHttpInterfaceAlone = noClasses()
            .that()
            .resideOutsideOfPackage(HTTP)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..");
}
