package dev.latchkey.impersonation.web;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mapping may look like. */
class LocalAccountsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "alice=alice",
                "a@B.C=a, b=#1:2:3 ,",
                "*=*",
                "*=guest",
                "CN=alice,",
                "alice=#4294967294:1",
                "alice=#1:0"
            })
    void theseAre(String text) {
        assertThatCode(() -> LocalAccounts.parse("the.property", text)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "=alice",
                "alice=",
                "alice=*",
                "alice=#1",
                "alice=#one:1",
                "alice=#1:",
                ",x",
                "alice=#0:1",
                "alice=#4294967295:1",
                "alice=#1:4294967295",
                "alice=#1:2:9999999999"
            })
    void theseAreNot(String text) {
        assertThatThrownBy(() -> LocalAccounts.parse("the.property", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the.property takes NAME=ACCOUNT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice=a,alice=b", "*=*,*=guest"})
    void norAreTwoAccountsOfOneName(String text) {
        assertThatThrownBy(() -> LocalAccounts.parse("the.property", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the.property has two accounts of");
    }
}
