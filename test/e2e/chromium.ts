/** The browser that the end-to-end tests drive, where one is installed. */
import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Null where there is none: the tests skip and say so. */
export function chromiumProgram(): string | null {
  return places.find((place) => existsSync(place)) ?? null;
}

/** Put into every page: gathers what the content security policy had to stop in `violations`. */
export const violationsScript = `
  globalThis.violations = [];
  document.addEventListener('securitypolicyviolation', (event) =>
    globalThis.violations.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));
`;
