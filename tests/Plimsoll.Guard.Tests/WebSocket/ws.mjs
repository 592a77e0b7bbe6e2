// The package `ws` on both sides of a gateway. Argument: its folder. Says the server's port, reads the gateway's, talks, and says `done`.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import assert from 'node:assert'

const WebSocket = createRequire(import.meta.url)(process.argv[2])
const server = new WebSocket.WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0 } })
server.on('connection', socket => {
  socket.on('message', (data, isBinary) => {
    socket.ping('are you there')
    const half = data.length >> 1
    socket.send(data.subarray(0, half), { binary: isBinary, fin: false })
    socket.send(data.subarray(half), { binary: isBinary, fin: true })
  })
})
await once(server, 'listening')
console.log(server.address().port)
const [port] = await once(createInterface({ input: process.stdin }), 'line')

for (const perMessageDeflate of [false, { threshold: 0 }]) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate })
  await once(socket, 'open')
  assert.equal(socket.extensions.includes('permessage-deflate'), perMessageDeflate !== false)
  for (const length of [0, 1, 125, 126, 65535, 65536, 1000000])
    for (const binary of [false, true]) {
      const text = 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)
      const answer = once(socket, 'message')
      if (length === 126) socket.ping('x'.repeat(125))
      socket.send(text, { binary })
      const [data, isBinary] = await answer
      assert.equal(isBinary, binary)
      assert.equal(data.toString(), text)
    }
  const closed = once(socket, 'close')
  socket.close(4001, 'enough')
  assert.equal((await closed)[0], 4001)
}
server.close()
console.log('done')
