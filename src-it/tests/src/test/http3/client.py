"""One HTTP/3 connection: client.py CA-FILE PORT SERVER-NAME, then "METHOD AUTHORITY PATH" for each request.

A POST has a body of 10,000 bytes. Prints each answer as "status=..", "location=.." and its body, and ends it with a form
feed.
"""
import asyncio
import sys

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated


class WithoutPush(H3Connection):
    """Jetty takes no MAX_PUSH_ID."""

    def _init_connection(self):
        self._max_push_id = None
        super()._init_connection()


class Client(QuicConnectionProtocol):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.http = WithoutPush(self._quic)
        self.answers = {}

    def quic_event_received(self, event):
        if isinstance(event, ConnectionTerminated):
            for _, _, done in self.answers.values():
                if not done.done():
                    done.set_exception(ConnectionError(event.reason_phrase))
        for received in self.http.handle_event(event):
            if isinstance(received, (HeadersReceived, DataReceived)):
                headers, body, done = self.answers[received.stream_id]
                if isinstance(received, HeadersReceived):
                    headers.update(received.headers)
                else:
                    body.extend(received.data)
                if received.stream_ended:
                    done.set_result(None)

    async def ask(self, method, authority, path):
        stream = self._quic.get_next_available_stream_id()
        headers, body, done = {}, bytearray(), asyncio.get_running_loop().create_future()
        self.answers[stream] = (headers, body, done)
        pseudo = {':method': method, ':scheme': 'https', ':authority': authority, ':path': path}
        fields = [(name.encode(), value.encode()) for name, value in pseudo.items()]
        self.http.send_headers(stream, fields, end_stream=method != 'POST')
        if method == 'POST':
            self.http.send_data(stream, b'x' * 10_000, end_stream=True)
        self.transmit()
        await asyncio.wait_for(done, 20)
        return headers, body


async def main(authorities, port, name, *requests):
    configuration = QuicConfiguration(is_client=True, alpn_protocols=H3_ALPN, server_name=name)
    configuration.load_verify_locations(authorities)
    async with connect('127.0.0.1', int(port), configuration=configuration, create_protocol=Client) as client:
        for request in requests:
            headers, body = await client.ask(*request.split(' ', 2))
            print(f"status={headers[b':status'].decode()}")
            print(f"location={headers.get(b'location', b'').decode()}")
            print(body.decode(), end='\f', flush=True)


asyncio.run(main(*sys.argv[1:]))
