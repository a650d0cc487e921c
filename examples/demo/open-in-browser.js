import { spawn } from "node:child_process";
const openers = {
    darwin: ["open"],
    win32: ["cmd", "/c", "start", ""],
    linux: ["xdg-open"],
};
/** False where there is nobody to look at it, or nothing that opens it is known. */
export function openInBrowser(url) {
    const [command, ...args] = openers[process.platform] ?? [];
    if (command === undefined || !process.stdout.isTTY)
        return false;
    const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
    child.once("error", () => undefined);
    child.unref();
    return true;
}
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJmaWxlIjoib3Blbi1pbi1icm93c2VyLmpzIiwic291cmNlUm9vdCI6IiIsInNvdXJjZXMiOlsiLi4vLi4vLi4vd3QvbmV3Y29tZXIvZXhhbXBsZXMvZGVtby9vcGVuLWluLWJyb3dzZXIudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBQUEsT0FBTyxFQUFFLEtBQUssRUFBRSxNQUFNLG9CQUFvQixDQUFDO0FBRTNDLE1BQU0sT0FBTyxHQUFxRTtJQUNoRixNQUFNLEVBQUUsQ0FBQyxNQUFNLENBQUM7SUFDaEIsS0FBSyxFQUFFLENBQUMsS0FBSyxFQUFFLElBQUksRUFBRSxPQUFPLEVBQUUsRUFBRSxDQUFDO0lBQ2pDLEtBQUssRUFBRSxDQUFDLFVBQVUsQ0FBQztDQUNwQixDQUFDO0FBRUYsb0ZBQW9GO0FBQ3BGLE1BQU0sVUFBVSxhQUFhLENBQUMsR0FBVztJQUN2QyxNQUFNLENBQUMsT0FBTyxFQUFFLEdBQUcsSUFBSSxDQUFDLEdBQUcsT0FBTyxDQUFDLE9BQU8sQ0FBQyxRQUFRLENBQUMsSUFBSSxFQUFFLENBQUM7SUFDM0QsSUFBSSxPQUFPLEtBQUssU0FBUyxJQUFJLENBQUMsT0FBTyxDQUFDLE1BQU0sQ0FBQyxLQUFLO1FBQUUsT0FBTyxLQUFLLENBQUM7SUFDakUsTUFBTSxLQUFLLEdBQUcsS0FBSyxDQUFDLE9BQU8sRUFBRSxDQUFDLEdBQUcsSUFBSSxFQUFFLEdBQUcsQ0FBQyxFQUFFLEVBQUUsS0FBSyxFQUFFLFFBQVEsRUFBRSxRQUFRLEVBQUUsSUFBSSxFQUFFLENBQUMsQ0FBQztJQUNsRixLQUFLLENBQUMsSUFBSSxDQUFDLE9BQU8sRUFBRSxHQUFHLEVBQUUsQ0FBQyxTQUFTLENBQUMsQ0FBQztJQUNyQyxLQUFLLENBQUMsS0FBSyxFQUFFLENBQUM7SUFDZCxPQUFPLElBQUksQ0FBQztBQUNkLENBQUMifQ==