package dev.hourglass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeExampleTest {
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    private Path classes;

    @Test
    void theLibraryExampleOfTheReadmeCompiles() throws IOException, URISyntaxException {
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("../README.md")));
        assertThat(block.find()).as("README.md has a block of Java").isTrue();

        assertThat(problemsOf(block.group(1))).isEmpty();
    }

    private List<String> problemsOf(String statements) throws URISyntaxException {
        String source = """
                import dev.hourglass.data.*;
                import dev.hourglass.data.catalog.*;
                import dev.hourglass.engine.*;
                import dev.hourglass.evaluate.errors.*;
                import dev.hourglass.model.*;
                import dev.hourglass.train.*;

                class Example {
                    static void main() {
                %s
                    }
                }
                """.formatted(statements);
        Path core = Path.of(
                Shape.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options = List.of("-proc:none", "-classpath", core.toString(), "-d", classes.toString());
        boolean compiled = compiler.getTask(null, null, problems, options, null, List.of(new Source(source)))
                .call();
        List<String> errors = problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(Object::toString)
                .toList();
        assertThat(compiled).isEqualTo(errors.isEmpty());
        return errors;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Example.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
