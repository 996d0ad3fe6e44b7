import { auth } from "@clerk/nextjs/server";

export default async function Page() {
  const { userId } = await auth.protect();
  return <p>protected {userId}</p>;
}
