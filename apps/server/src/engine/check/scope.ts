/** Whether the scope of what acts later can be read: absent in what was stored before there were scopes. */
export function isScope(text: string | null | undefined): boolean {
  if (!text) return true;
  try {
    const { tenant, plane, roles, grants } = JSON.parse(text) as Record<string, unknown>;
    return typeof tenant === 'string' && typeof plane === 'string' && Array.isArray(roles) && Array.isArray(grants);
  } catch {
    return false;
  }
}
