package dev.latchkey.cdi;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.enterprise.inject.spi.DefinitionException;
import org.junit.jupiter.api.Test;

class ApiPresenceCheckTest {
    @Test
    void saysWhatToDoWhereTheServerLacksTheApi() {
        assertThatThrownBy(() -> ApiPresenceCheck.check(ClassLoader.getPlatformClassLoader()))
                .isInstanceOf(DefinitionException.class)
                .hasMessageContaining("--add-modules=latchkey");
    }

    @Test
    void isSilentWhereTheApiIs() {
        assertThatCode(() -> ApiPresenceCheck.check(getClass().getClassLoader()))
                .doesNotThrowAnyException();
    }
}
