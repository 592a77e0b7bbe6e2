// Node as an application: it records each request as it parsed it. Arguments: port, file of records.
import { appendFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const [port, records] = process.argv.slice(2)
const hex = bytes => bytes.length ? Buffer.from(bytes, 'latin1').toString('hex') : '-'

function record(request, body) {
  const fields = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) fields.push(hex(request.rawHeaders[i]) + ':' + hex(request.rawHeaders[i + 1]))
  appendFileSync(records, [hex(request.method), hex(request.url), fields.join(','), hex(body)].join(' ') + '\n')
}

const server = createServer((request, response) => {
  if (request.url === '/redirect') return response.writeHead(302, { Location: '/a', 'Content-Length': 0 }).end() // Before the body is read.
  const pieces = []
  request.on('data', piece => pieces.push(piece))
  request.on('end', () => {
    record(request, Buffer.concat(pieces))
    const answer = `${request.method} ${request.url}\n`
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(answer, 'latin1') })
    response.end(answer, 'latin1')
  })
})

// At /ws a WebSocket whose short frames come back without their mask; any other upgrade is refused and the connection closed.
server.on('upgrade', (request, socket) => {
  record(request, '')
  socket.on('error', () => {})
  const key = request.headers['sec-websocket-key']
  if (request.url !== '/ws' || request.method !== 'GET' || request.headers.upgrade.toLowerCase() !== 'websocket' || request.headers['sec-websocket-version'] !== '13' || !key)
    return socket.end('HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  const accept = createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
  let rest = Buffer.alloc(0)
  socket.on('data', piece => {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= 6 && rest.length >= 6 + (rest[1] & 127)) {
      const frame = rest.subarray(0, 6 + (rest[1] & 127))
      socket.write(Buffer.concat([Buffer.from([frame[0], frame.length - 6]), frame.subarray(6).map((byte, i) => byte ^ frame[2 + i % 4])]))
      rest = rest.subarray(frame.length)
    }
  })
  socket.on('end', () => socket.end())
})
server.keepAliveTimeout = 30_000
server.listen(Number(port), '127.0.0.1')
