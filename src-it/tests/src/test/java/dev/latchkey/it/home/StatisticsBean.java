package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The NegotiationStatistics of a server with the module jmx, looked at from outside as JConsole does. One thread. */
final class StatisticsBean implements AutoCloseable {
    private final JMXConnector connector;
    private final MBeanServerConnection beans;
    private final ObjectName name;

    private StatisticsBean(JMXConnector connector) throws IOException, JMException {
        this.connector = connector;
        this.beans = connector.getMBeanServerConnection();
        Set<ObjectName> found =
                beans.queryNames(new ObjectName("dev.latchkey.jetty:type=negotiationstatistics,*"), null);
        assertThat(found).hasSize(1);
        this.name = found.iterator().next();
    }

    /** {@return the bean of the server that is this process} */
    static StatisticsBean of(long pid) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
        try {
            JMXServiceURL url = new JMXServiceURL(machine.startLocalManagementAgent());
            return new StatisticsBean(JMXConnectorFactory.connect(url));
        } finally {
            machine.detach();
        }
    }

    /** {@return an attribute that is a number} */
    long number(String attribute) throws IOException, JMException {
        return ((Number) beans.getAttribute(name, attribute)).longValue();
    }

    /** {@return the Java that the server runs on} */
    Runtime.Version javaVersion() throws IOException, JMException {
        ObjectName runtime = new ObjectName(ManagementFactory.RUNTIME_MXBEAN_NAME);
        CompositeData properties = ((TabularData) beans.getAttribute(runtime, "SystemProperties"))
                .get(new Object[] {"java.runtime.version"});
        return Runtime.Version.parse((String) properties.get("value"));
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
