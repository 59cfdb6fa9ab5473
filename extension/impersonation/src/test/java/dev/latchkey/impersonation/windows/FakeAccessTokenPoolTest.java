package dev.latchkey.impersonation.windows;

/** The contract of pools against the fake. */
class FakeAccessTokenPoolTest extends AccessTokenPoolContract {

    @Override
    TokenWorld world() {
        return new FakeWindows();
    }
}
