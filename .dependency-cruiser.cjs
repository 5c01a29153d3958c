/** The layer rules of docs/decisions/0001-layers.md. CI runs them without exceptions. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { pathNot: [from, '^contract/', 'node_modules', '^(node:)?[a-z_/]+$', ...allowed], dependencyTypesNot: ['core'] },
});
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'contract-imports-zod-only', severity: 'error', from: { path: '^contract/' }, to: { pathNot: ['^contract/', 'node_modules/zod/'] } },
    only('formats', '^main/formats/', []),
    only('sources', '^main/sources/', ['^main/formats/']),
    only('library', '^main/library/', ['^main/formats/', '^main/sources/']),
    only('jobs', '^main/jobs/', ['^main/formats/', '^main/sources/']),
    only('learning', '^main/learning/', ['^main/formats/']),
    only('tuning', '^main/tuning/', ['^main/formats/']),
    only('families', '^main/families/', ['^main/formats/']),
    only('workflows', '^main/workflows/', ['^main/(families|learning|tuning|library|jobs|formats|sources|runtime)/']),
    only('runtime', '^main/runtime/', ['^main/(learning|formats)/']),
    only('transport', '^main/transport/', []),
    only('preload', '^preload/', []),
    only('renderer', '^renderer/', []),
    { name: 'hosts-reach-engine-and-transport-only', severity: 'error', from: { path: '^main/hosts/' }, to: { path: '^main/(workflows|families|learning|tuning|library|jobs|formats|sources)/' } },
    { name: 'nobody-imports-hosts', severity: 'error', from: { pathNot: '^main/hosts/' }, to: { path: '^main/hosts/' } },
    { name: 'one-family-never-imports-another', severity: 'error', from: { path: '^main/families/([^/]+)/' }, to: { path: '^main/families/([^/]+)/', pathNot: '^main/families/$1/' } },
    { name: 'one-screen-never-imports-another', severity: 'error', from: { path: '^renderer/screens/([^/]+)/' }, to: { path: '^renderer/screens/([^/]+)/', pathNot: '^renderer/screens/$1/' } },
    {
      name: 'pure-folders-touch-no-machine',
      severity: 'error',
      from: { path: '^main/(families|learning|tuning|formats)/' },
      to: { path: '^(node:)?(fs|fs/promises|child_process|worker_threads|net|http|https|os|process|cluster)$|node_modules/(better-sqlite3|electron|onnxruntime-node)/' },
    },
    { name: 'electron-only-in-desktop-and-preload', severity: 'error', from: { pathNot: '^(main/hosts/desktop|preload)/' }, to: { path: 'node_modules/electron/' } },
    { name: 'sqlite-only-in-library', severity: 'error', from: { pathNot: '^(main/library|test)/' }, to: { path: 'node_modules/better-sqlite3/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '(^|/)(dist|coverage)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'], extensions: ['.ts', '.js', '.svelte', '.mjs', '.cjs'] },
  },
};
