import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLibrary, openLibraryToLook, refuseOldNode } from '../../main/library/open-library.ts';
import { isRunning, processStart, thisProcess } from '../../main/library/process-identity.ts';
import { temporaryFolder } from './temporary-folder.ts';

const quick = { lockWaitMilliseconds: 50 };

/** Another process that opens the library and says when it has. */
async function otherHolder(directory: string): Promise<ChildProcess> {
  const child = fork(new URL('./holder.ts', import.meta.url), [directory], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

describe('opening a library', () => {
  it('makes it, and opens it again as it was left', () => {
    const directory = join(temporaryFolder(), 'new', 'library');
    const first = openLibrary(directory);
    first.sessions.create({ name: 'n', family: 'frames', root: '/n', policy: 'strict' });
    expect(first.startReport).toMatchObject({ afterUncleanExit: false, sweptFiles: 0 });
    first.close();
    const second = openLibrary(directory);
    expect(second.sessions.list()).toMatchObject([{ name: 'n', root: '/n' }]);
    expect(second.startReport.afterUncleanExit).toBe(false);
    expect(second.checkDatabase()).toEqual([]);
    second.close();
    expect(existsSync(join(directory, 'library.lock'))).toBe(false);
  });

  it('is refused while this or another process has it, with who that is', async () => {
    const directory = temporaryFolder();
    const own = openLibrary(directory);
    expect(() => openLibrary(directory, quick)).toThrow(new RegExp(`in use by process ${process.pid}`));
    own.close();
    const child = await otherHolder(directory);
    expect(() => openLibrary(directory, quick)).toThrow(new RegExp(`in use by process ${child.pid}`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const after = openLibrary(directory);
    expect(after.startReport.afterUncleanExit).toBe(true);
    expect(after.sessions.list()).toMatchObject([{ name: 'held' }]);
    after.close();
  });

  it('waits a moment for a process that is about to end', async () => {
    const directory = temporaryFolder();
    const child = await otherHolder(directory);
    child.send('end');
    const library = openLibrary(directory, { lockWaitMilliseconds: 5000 });
    expect(library.startReport.afterUncleanExit).toBe(false);
    library.close();
  });

  it('knows a lock file of a dead process, of a recycled number, of garbage', () => {
    const self = thisProcess();
    for (const owner of [
      JSON.stringify({ pid: 2 ** 22 + 5, started: 'x', host: hostname() }),
      JSON.stringify({ ...self, started: 'another boot' }),
      JSON.stringify({ ...self, host: 'elsewhere' }),
      'garbage',
      '{}',
    ]) {
      const directory = temporaryFolder();
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'library.lock'), owner);
      const library = openLibrary(directory, quick);
      expect(JSON.parse(readFileSync(join(directory, 'library.lock'), 'utf8'))).toEqual(self);
      library.close();
    }
  });

  it('can be looked into while another process writes it, and refuses to write', async () => {
    const directory = temporaryFolder();
    await otherHolder(directory);
    const looked = openLibraryToLook(directory);
    onTestFinished(() => looked.close());
    expect(looked.sessions.list()).toMatchObject([{ name: 'held' }]);
    expect(() =>
      looked.sessions.create({ name: 'mine', family: 'frames', root: '/mine', policy: 'strict' }),
    ).toThrow(expect.objectContaining({ code: 'libraryBusy' }));
    expect(looked.sessions.list()).toHaveLength(1);
    expect(() => looked.mustBeWritable()).toThrow(expect.objectContaining({ code: 'libraryBusy' }));
  });

  it('is refused on a Node that cannot load its binary, with what to do', () => {
    expect(() => refuseOldNode('20.20.2')).toThrow(/Node 22 or newer; this is Node 20\.20\.2/);
    expect(() => refuseOldNode('24.0.0')).not.toThrow();
  });

  it('respects a live holder even where the kernel lock does nothing', () => {
    const directory = temporaryFolder();
    // the parent of this test is alive for certain
    const parent = { pid: process.ppid, started: processStart(process.ppid)!, host: hostname() };
    expect(isRunning(parent)).toBe(true);
    writeFileSync(join(directory, 'library.lock'), JSON.stringify(parent));
    expect(() => openLibrary(directory, quick)).toThrow(/in use by process/);
  });

  it('says libraryDamaged of a file that is no database', () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'library.db'), 'this is not a database at all, not even a bit'.repeat(200));
    expect(() => openLibrary(directory)).toThrow(expect.objectContaining({ code: 'libraryDamaged' }));
    // the refused attempt gave the lock back
    expect(existsSync(join(directory, 'library.lock'))).toBe(false);
  });

  it('checks a database after an unclean exit and refuses a torn one', async () => {
    const directory = temporaryFolder();
    const library = openLibrary(directory);
    for (let index = 0; index < 300; index += 1) {
      library.sessions.create({
        name: `session ${index}`,
        family: 'frames',
        root: `/${index}`,
        policy: 'strict',
      });
    }
    library.close();
    const path = join(directory, 'library.db');
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 8192, 24_576);
    writeFileSync(path, bytes);
    writeFileSync(
      join(directory, 'library.lock'),
      JSON.stringify({ pid: 2 ** 22 + 5, started: 'x', host: hostname() }),
    );
    expect(() => openLibrary(directory)).toThrow(expect.objectContaining({ code: 'libraryDamaged' }));
  });

  it('says so when the folder cannot be made', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openLibrary(join(folder, 'file', 'library'))).toThrow(/file/);
  });

  it('marks what a killed process left running as interrupted', () => {
    const directory = temporaryFolder();
    const first = openLibrary(directory);
    const run = first.runs.start({ kind: 'train', experiment: 'e', family: 'frames' });
    const job = first.jobs.create('scan', { paths: ['/n'] });
    first.jobs.start(job.id);
    first.close();
    const second = openLibrary(directory);
    expect(second.startReport.interruptedRuns).toBe(1);
    expect(second.startReport.interruptedJobs).toMatchObject([{ id: job.id, input: { paths: ['/n'] } }]);
    expect(second.runs.need(run.id).status).toBe('interrupted');
    expect(second.jobs.find(job.id)!.status).toBe('interrupted');
    second.close();
  });

  it.skipIf(!existsSync('/proc/self'))('says at once where no folder can be made', () => {
    expect(() => openLibrary('/proc/no-such/library')).toThrow(
      expect.objectContaining({ code: 'cannotOpen' }),
    );
  });
});
