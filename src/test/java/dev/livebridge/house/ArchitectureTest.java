package dev.livebridge.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.livebridge.command.LiveBridge;
import jakarta.jms.ObjectMessage;
import org.junit.jupiter.api.Test;

/** Plain tests, not ArchUnit's annotated fields: Surefire 3.5.3 passes those over without a word. */
class ArchitectureTest {
    private static final JavaClasses BRIDGE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.livebridge");

    @Test
    void classesAreNamedForWhatTheyDo() {
        noClasses()
                .should()
                .haveNameMatching(".*(Helper|Util|Utils|Manager|Impl)")
                .because("such a name fits anything: name the class for what it does for the user")
                .check(BRIDGE);
    }

    @Test
    void packagesAreNamedForWhatTheyDo() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..helper..", "..helpers..", "..impl..")
                .because("a package holds what belongs to one idea, such as conversation or delivery")
                .check(BRIDGE);
    }

    @Test
    void packagesDependInOneDirection() {
        slices().matching("dev.(**)")
                .should()
                .beFreeOfCycles()
                .because("packages that need each other are one package")
                .check(BRIDGE);
    }

    @Test
    void productionDoesNotNeedTheSandbox() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.livebridge.sandbox..", "dev.livebridge.command..")
                .and(not(belongToAnyOf(LiveBridge.class)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.livebridge.sandbox..")
                .because("only a command starts the sandbox")
                .check(BRIDGE);
    }

    @Test
    void onlyTheSandboxHasServers() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.livebridge.sandbox..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.activemq.artemis.core.config..",
                        "org.apache.activemq.artemis.core.server..",
                        "org.gaul..")
                .because("the broker and the servers are the sandbox's, and not on a bridge's class path")
                .check(BRIDGE);
    }

    @Test
    void onlyTheWebhookKnowsCamelsHttpServer() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.livebridge.sandbox..", "dev.livebridge.webhook..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..")
                .because("the routes do the rest")
                .check(BRIDGE);
    }

    @Test
    void noStateIsStatic() {
        fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("two bridges in one process share nothing")
                .check(BRIDGE);
    }

    @Test
    void outputGoesToTheLog() {
        noClasses()
                .should(ACCESS_STANDARD_STREAMS)
                .because("the bridge writes to its log, and a command to picocli's getOut() and getErr()")
                .check(BRIDGE);
    }

    @Test
    void nothingIsDeserialised() {
        noClasses()
                .should()
                .accessTargetWhere(target(name("getObject")).and(target(owner(assignableTo(ObjectMessage.class)))))
                .because("with an ObjectMessage, whoever may write to a queue could run code in the bridge")
                .check(BRIDGE);
    }
}
