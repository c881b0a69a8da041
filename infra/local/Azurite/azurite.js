// Azurite's blob service, for the local host: node azurite.js <folder with node_modules> <data folder>
//
// It ends when its standard input does. The host holds the other end, so it ends with the host however that ends, a kill included.

'use strict';

const { createHash } = require('node:crypto');
const { createRequire } = require('node:module');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const [modules, data] = process.argv.slice(2);
const load = createRequire(path.join(modules, 'package.json'));

// How long open requests may keep it from ending.
const graceMilliseconds = 1500;

// How long an acknowledged write may be in memory alone, where Azurite itself is killed. Azurite's own choice is 5 seconds.
const saveMilliseconds = 200;

/** Two processes over one folder would each overwrite what the other saves: waits until the one that is ending has ended. */
async function lock(folder) {
  const name = `crm-azurite-${createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16)}`;
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join(os.tmpdir(), `${name}.sock`);
  while (!(await listens(address))) {
    if (!(await waitUntilGone(address)) && process.platform !== 'win32') {
      // Left behind by a kill.
      require('node:fs').rmSync(address, { force: true });
    }
  }
}

function listens(address) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(address, () => {
      server.unref();
      resolve(true);
    });
  });
}

/** Resolves to false at once where nobody listens, and to true when whoever listens has ended. */
function waitUntilGone(address) {
  return new Promise((resolve) => {
    let connected = false;
    net
      .connect(address, () => (connected = true))
      .on('error', () => {})
      .on('close', () => resolve(connected))
      .resume();
  });
}

function saveSooner() {
  const Loki = load('lokijs');
  const enable = Loki.prototype.autosaveEnable;
  Loki.prototype.autosaveEnable = function (...options) {
    this.autosaveInterval = saveMilliseconds;
    return enable.apply(this, options);
  };
}

function endWithTheHost() {
  process.stdin.on('close', () => {
    if (process.listenerCount('SIGTERM') === 0) {
      process.exit();
    }

    // Azurite saves and closes. What holds it up is not waited for.
    process.emit('SIGTERM');
    setTimeout(() => process.exit(), graceMilliseconds).unref();
  });
  process.stdin.resume();

  // Ctrl-C goes to every process of the terminal, and Azurite would end at once: the host, which still needs it, says when.
  const once = process.once;
  process.once = (event, listener) => (event === 'SIGINT' ? process : once.call(process, event, listener));
  process.on('SIGINT', () => {});
}

async function main() {
  endWithTheHost();
  await lock(data);
  saveSooner();

  // The SDK speaks a newer version of the protocol than Azurite knows by name.
  process.argv = [process.argv[0], 'azurite-blob', '--blobHost', '127.0.0.1', '--blobPort', '0', '--location', data, '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
  load('azurite/dist/src/blob/main.js');
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
