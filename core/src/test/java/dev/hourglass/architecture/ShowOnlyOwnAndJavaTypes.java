package dev.hourglass.architecture;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;

/**
 * What others can see of a class, its supertypes and its public and protected members with their type arguments,
 * exceptions and annotations, names types of {@code java.} and our own alone, and the annotations of JSpecify.
 */
final class ShowOnlyOwnAndJavaTypes extends ArchCondition<JavaClass> {
    ShowOnlyOwnAndJavaTypes() {
        super("show no type of a library");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        Stream<JavaType> supertypes = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        report(type, type.getName(), Stream.concat(raw(supertypes), annotations(type.getAnnotations())), events);
        type.getMembers().stream()
                .filter(ShowOnlyOwnAndJavaTypes::isVisible)
                .forEach(member -> report(type, member.getFullName(), shownBy(member), events));
    }

    private static boolean isVisible(JavaMember member) {
        return (member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
                && !member.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static Stream<JavaClass> shownBy(JavaMember member) {
        Stream<JavaClass> types = switch (member) {
            case JavaField field -> raw(Stream.of(field.getType()));
            case JavaCodeUnit code ->
                Stream.concat(
                        raw(Stream.concat(Stream.of(code.getReturnType()), code.getParameterTypes().stream())),
                        code.getExceptionTypes().stream());
            default -> throw new IllegalStateException("A member is a field or code, got " + member);
        };
        return Stream.concat(types, annotations(member.getAnnotations()));
    }

    private static Stream<JavaClass> raw(Stream<JavaType> types) {
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }

    private static Stream<JavaClass> annotations(Iterable<? extends JavaAnnotation<?>> annotations) {
        Stream.Builder<JavaClass> types = Stream.builder();
        annotations.forEach(annotation -> types.add(annotation.getRawType()));
        return types.build();
    }

    private static void report(JavaClass type, String where, Stream<JavaClass> shown, ConditionEvents events) {
        shown.map(JavaClass::getBaseComponentType)
                .filter(other -> !isOursOrJava(other))
                .distinct()
                .forEach(other -> events.add(SimpleConditionEvent.violated(type, where + " shows " + other.getName())));
    }

    private static boolean isOursOrJava(JavaClass type) {
        String name = type.getName();
        return type.isPrimitive()
                || name.startsWith("java.")
                || name.startsWith("dev.hourglass.")
                || name.startsWith("org.jspecify.annotations.");
    }
}
