/** Which addresses may be handed to the person's browser: pages that our own screens and guides name. */
const hosts: ReadonlySet<string> = new Set([
  'fits.gsfc.nasa.gov',
  'nighttime-imaging.eu',
  'onnxruntime.ai',
  'pixinsight.com',
  'siril.readthedocs.io',
]);

export function mayOpenOutside(written: string): boolean {
  try {
    const { protocol, hostname, port, username, password } = new URL(written);
    return protocol === 'https:' && port === '' && username === '' && password === '' && hosts.has(hostname);
  } catch {
    return false;
  }
}
