/**
 * Schemas compiled with `new Function` would break the page's content security policy. Each decides when it is made,
 * so this module has to be loaded before any that makes one.
 */
import { z } from 'zod';

z.config({ jitless: true });
