package dev.latchkey.example.stepup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void aNameCannotForgeALine() {
        assertThat(Names.oneLine("CN=x\r\ntrusted=true\u0085\u2028y"))
                .isEqualTo("CN=x\\0D\\0Atrusted=true\\C2\\85\\E2\\80\\A8y");
    }

    @Test
    void anOrdinaryNameStaysAsItIs() {
        assertThat(Names.oneLine("CN=Zoë Müller\\, jun.,O=Ünï 😀")).isEqualTo("CN=Zoë Müller\\, jun.,O=Ünï 😀");
    }

    @Test
    void aNameCannotAddMarkup() {
        assertThat(Page.escape("<b title=\"x\" id='y'>&amp;"))
                .isEqualTo("&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
    }
}
